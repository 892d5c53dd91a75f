'use client'
import dynamic from 'next/dynamic'
import { LoadFailed } from '../components/canvas/load-failed.tsx'
import { Skeleton } from '../components/shell/skeleton.tsx'

// The canvas is a browser's: nothing of it can be rendered ahead of time.
const Studio = dynamic(async () => (await import('../components/shell/studio.tsx')).Studio, {
  ssr: false,
  loading: Skeleton,
})

export default function Page() {
  return (
    <LoadFailed words="The page could not be loaded. What this browser keeps of the drawing is still there.">
      <Studio />
    </LoadFailed>
  )
}
