'use client'
import dynamic from 'next/dynamic'
import { LoadFailed } from '../canvas/load-failed.tsx'

// It measures a browser: nothing of it can be rendered ahead of time.
const BenchmarkPage = dynamic(async () => (await import('./benchmark-page.tsx')).BenchmarkPage, {
  ssr: false,
})

export function BenchmarkLoader() {
  return (
    <LoadFailed words="The benchmark could not be loaded.">
      <BenchmarkPage />
    </LoadFailed>
  )
}
