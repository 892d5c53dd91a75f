'use client'
import { useStore } from 'zustand'
import { preferences } from '../session/preferences.ts'
import { Slider } from '../ui/slider.tsx'

/** How much of the drawing shows through the picture. */
export function LensControl() {
  const lens = useStore(preferences, (state) => state.lens)
  return (
    <div className="lens-control">
      <Slider
        format={(value) => `${Math.round(value * 100)} %`}
        label="Picture over drawing"
        onChange={(value) => preferences.setState({ lens: value })}
        range={[0, 1]}
        step={0.01}
        value={lens}
      />
    </div>
  )
}
