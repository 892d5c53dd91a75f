// The parts of a page that are made of tldraw, as they come.
import { lazy } from 'react'
import { loadTldraw } from './load-tldraw.ts'

export const TldrawCanvas = lazy(async () => ({ default: (await loadTldraw()).TldrawCanvas }))
export const TldrawTools = lazy(async () => ({ default: (await loadTldraw()).TldrawTools }))
export const TldrawZoom = lazy(async () => ({ default: (await loadTldraw()).TldrawZoom }))
export const FollowCamera = lazy(async () => ({ default: (await loadTldraw()).FollowCamera }))
export const BenchEditor = lazy(async () => ({ default: (await loadTldraw()).BenchEditor }))
