import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import './globals.css'

export const metadata: Metadata = {
  title: 'Sketchwire',
  description: 'Draw on the left, watch it rendered on the right.',
  icons: { icon: '/icon.svg' },
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  // The keyboard of a phone moves the view to the prompt; the sheets keep their size under it.
  interactiveWidget: 'resizes-visual',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f3f2ee' },
    { media: '(prefers-color-scheme: dark)', color: '#141413' },
  ],
}

/** Sets the theme before the first paint, saved or asked for, so that a dark page never flashes white. */
const THEME_FIRST = `try{let d=document.documentElement.dataset;let q=new URLSearchParams(location.search);if(location.pathname.startsWith('/embed')){d.theme=q.get('theme')??'system';d.transparent=/^(true|1|)$/.test(q.get('transparent')??'false')}else d.theme=JSON.parse(localStorage['sketchwire:preferences']).theme}catch{}`

export default function RootLayout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <link
          as="font"
          crossOrigin="anonymous"
          href="/tldraw-assets/fonts/IBMPlexSans-Medium.woff2"
          rel="preload"
          type="font/woff2"
        />
        <script dangerouslySetInnerHTML={{ __html: THEME_FIRST }} />
      </head>
      <body>{children}</body>
    </html>
  )
}
