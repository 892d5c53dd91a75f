import type { Metadata } from 'next'
import { BenchmarkLoader } from '../../components/benchmark/benchmark-loader.tsx'

export const metadata: Metadata = { title: 'Benchmark · Sketchwire' }

export default function Page() {
  return <BenchmarkLoader />
}
