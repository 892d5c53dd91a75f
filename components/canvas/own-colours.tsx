'use client'
import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { keepOwnColour, ownColours, readOwnColours } from './kept-own-colours.ts'
import { cssOf, isOwnColour, type AnyColour } from './own-colour.ts'

interface OwnColoursProps {
  /** `undefined`: several, in a selection. */
  readonly colour: string | undefined
  /** `goesOn`: the picker is still open, and this takes the place of what was chosen in it before. */
  readonly onColour: (colour: AnyColour, goesOn: boolean) => void
}

/** Behind the palette: the colours of one's own that were chosen last, and the browser's picker for another. */
export function OwnColours({ colour, onColour }: OwnColoursProps) {
  const kept = useStore(ownColours)
  useEffect(readOwnColours, [])
  return (
    <>
      {kept.map((own) => (
        <button
          aria-label={`Own colour ${own}`}
          aria-pressed={colour === own}
          className="swatch-button"
          key={own}
          onClick={() => onColour(own, false)}
          title={`Own colour ${own}`}
          type="button"
        >
          <span className="swatch" style={{ background: own }} />
        </button>
      ))}
      <Picker colour={colour} isAnother={isOwnColour(colour) && !kept.includes(colour)} onColour={onColour} />
    </>
  )
}

interface PickerProps extends OwnColoursProps {
  /** The colour has no place of its own: it is being chosen, or that of a shape that was drawn before. */
  readonly isAnother: boolean
}

function Picker({ colour, isAnother, onColour }: PickerProps) {
  const input = useRef<HTMLInputElement>(null)
  const goesOn = useRef(false)
  // React hears every move in the picker; the browser tells once which colour it was in the end.
  useEffect(() => {
    const keep = (event: Event) => {
      const { value } = event.currentTarget as HTMLInputElement
      if (isOwnColour(value)) keepOwnColour(value)
    }
    const field = input.current
    field?.addEventListener('change', keep)
    return () => field?.removeEventListener('change', keep)
  }, [])
  return (
    <label className="swatch-button" data-on={isAnother} title="Choose a colour of your own">
      <span className="swatch swatch-any" style={isAnother ? { background: colour } : undefined} />
      <input
        aria-label="Choose a colour of your own"
        className="colour-input"
        onChange={({ currentTarget: { value } }) => {
          if (isOwnColour(value)) onColour(value, goesOn.current)
          goesOn.current = true
        }}
        onClick={() => (goesOn.current = false)}
        ref={input}
        type="color"
        value={cssOf(colour ?? '').toLowerCase()}
      />
    </label>
  )
}
