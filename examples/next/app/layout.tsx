import type { ReactNode } from 'react'

export const metadata = { title: 'Sketchwire in Next.js' }

export default function RootLayout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body style={{ maxWidth: 880, margin: '24px auto', fontFamily: 'system-ui, sans-serif' }}>
        {children}
      </body>
    </html>
  )
}
