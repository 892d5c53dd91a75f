import { useEffect, useId, useRef } from 'react'
import type { PastPicture } from './past-pictures.ts'
import type { FilePicture } from './picture-file.ts'
import { openPictures } from './pictures-view.ts'

interface StillProps {
  readonly picture: FilePicture
  readonly alt: string
}

/** A picture from memory, which has an address for only as long as it is shown. */
export function Still({ picture: { blob, width, height }, alt }: StillProps) {
  const image = useRef<HTMLImageElement>(null)
  useEffect(() => {
    const url = URL.createObjectURL(blob)
    if (image.current) image.current.src = url
    return () => URL.revokeObjectURL(url)
  }, [blob])
  return <img alt={alt} height={height} ref={image} width={width} />
}

interface FilmProps {
  readonly title: string
  readonly kind: PastPicture['kind']
  /** Of all kinds, in the order in which one goes through them. */
  readonly all: readonly PastPicture[]
  readonly chosen: PastPicture
}

/** Small pictures in a row, newest first; a press shows one large. */
export function Film({ title, kind, all, chosen }: FilmProps) {
  const id = useId()
  const row = useRef<HTMLDivElement>(null)
  const pictures = all.filter((past) => past.kind === kind)
  useEffect(() => {
    const still = row.current?.querySelector<HTMLElement>('[aria-current]')
    // The row alone: the dialog around it stays where it is.
    if (row.current && still) row.current.scrollLeft = still.offsetLeft - row.current.clientWidth / 2
  }, [chosen])
  if (pictures.length === 0) return null
  return (
    <>
      <h3 id={id}>{title}</h3>
      <div aria-labelledby={id} className="film" ref={row} role="group">
        {pictures.map((past, at) => (
          <button
            aria-current={past.id === chosen.id || undefined}
            aria-label={`${title}, ${at + 1} of ${pictures.length}: ${past.picture.params.prompt || 'no words'}`}
            className="thumb film-still"
            key={past.id}
            onClick={() => openPictures(past.id)}
            type="button"
          >
            <Still alt="" picture={past.picture} />
          </button>
        ))}
      </div>
    </>
  )
}
