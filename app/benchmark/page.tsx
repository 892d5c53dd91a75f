'use client'
import dynamic from 'next/dynamic'

// It measures a browser: nothing of it can be rendered ahead of time.
const BenchmarkPage = dynamic(
  async () => (await import('../../components/benchmark/benchmark-page.tsx')).BenchmarkPage,
  { ssr: false },
)

export default function Page() {
  return <BenchmarkPage />
}
