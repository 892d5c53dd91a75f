'use client'
import dynamic from 'next/dynamic'
import { LoadFailed } from '../canvas/load-failed.tsx'

// The canvas is a browser's: nothing of it can be rendered ahead of time.
const EmbedStudio = dynamic(async () => (await import('./embed-studio.tsx')).EmbedStudio, {
  ssr: false,
  loading: () => <div aria-busy="true" className="embed" />,
})

export function EmbedPage() {
  return (
    <LoadFailed>
      <EmbedStudio />
    </LoadFailed>
  )
}
