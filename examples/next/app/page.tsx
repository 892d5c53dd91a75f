'use client'
import { useRef, useState } from 'react'
import { SketchCanvas, type SketchwireCanvas } from 'sketchwire/react'

const SERVER = process.env.NEXT_PUBLIC_SKETCHWIRE ?? 'http://localhost:7878'

export default function Page() {
  const canvas = useRef<SketchwireCanvas>(null)
  const [prompt, setPrompt] = useState('day sea island photo')
  const [news, setNews] = useState('')
  return (
    <main>
      <h1>A canvas in Next.js</h1>
      <SketchCanvas
        onError={({ message }) => setNews(message)}
        onFrame={({ seq }) => setNews(`picture ${seq}`)}
        prompt={prompt}
        ref={canvas}
        server={SERVER}
      />
      <p>
        <button onClick={() => setPrompt('night sea island photo')} type="button">
          Make it night
        </button>
        <button onClick={() => void canvas.current?.clear()} type="button">
          Empty the page
        </button>
        <output>{news}</output>
      </p>
    </main>
  )
}
