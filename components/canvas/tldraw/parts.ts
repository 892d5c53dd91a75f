// The edge of what is loaded late: nothing else outside this folder may ask for its code.
export { BenchEditor } from './bench-editor.tsx'
export { FollowCamera } from './follow-camera.tsx'
export { keptContent } from './kept-content.ts'
export { TldrawCanvas } from './tldraw-canvas.tsx'
export { TldrawTools } from './tldraw-tools.tsx'
export { TldrawZoom } from './tldraw-zoom.tsx'
