import Link from 'next/link'
import { Logo } from '../components/shell/logo.tsx'

export default function NotFound() {
  return (
    <main className="lost">
      <Logo size={56} />
      <h1>This page is still blank</h1>
      <p>There is nothing at this address. A new sheet of paper is one step away.</p>
      <Link className="button" href="/">
        Start drawing
      </Link>
    </main>
  )
}
