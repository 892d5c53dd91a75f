import type { Metadata } from 'next'
import { EmbedPage } from '../../components/embed/embed-page.tsx'

export const metadata: Metadata = {
  title: 'Sketchwire canvas',
  robots: { index: false },
}

/** The canvas alone, for frames in other people's pages. */
export default function Page() {
  return <EmbedPage />
}
