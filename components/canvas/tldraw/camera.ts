import type { BoxModel, Editor, TLCameraOptions } from 'tldraw'

const ZOOM_STEPS = [1, 1.5, 2, 3, 4, 6, 8]
const MOST = Math.max(...ZOOM_STEPS)

/** Fits the paper exactly and never shows beyond it; pinch and wheel zoom in, up to eight times. */
export function cameraFor(paper: BoxModel): TLCameraOptions {
  return {
    isLocked: false,
    panSpeed: 1,
    zoomSpeed: 1,
    zoomSteps: ZOOM_STEPS,
    wheelBehavior: 'pan',
    constraints: {
      bounds: paper,
      padding: { x: 0, y: 0 },
      origin: { x: 0.5, y: 0.5 },
      initialZoom: 'fit-max',
      baseZoom: 'fit-max',
      behavior: 'contain',
    },
  }
}

/** Locks the camera to the paper and fits it now and whenever the viewport changes its size; returns the unlock. */
export function lockCamera(editor: Editor, paper: BoxModel): () => void {
  editor.setCameraOptions(cameraFor(paper))
  const fit = () => {
    editor.setCamera(editor.getCamera(), { reset: true, immediate: true })
  }
  fit()
  // `resize` is announced before tldraw's own correction of the camera, so ours waits for it to be over.
  const onResize = () => queueMicrotask(fit)
  editor.on('resize', onResize)
  return () => {
    editor.off('resize', onResize)
  }
}

/** How far the sheet is zoomed in: 1 is all of it. */
export function zoomOf(editor: Pick<Editor, 'getZoomLevel' | 'getBaseZoom'>): number {
  return editor.getZoomLevel() / editor.getBaseZoom()
}

/** All of the sheet is in sight: there is nowhere to pan. */
export function isFitted(editor: Pick<Editor, 'getZoomLevel' | 'getBaseZoom'>): boolean {
  return zoomOf(editor) < 1.01
}

/** It goes no further. */
export function isNearest(editor: Pick<Editor, 'getZoomLevel' | 'getBaseZoom'>): boolean {
  return zoomOf(editor) > MOST - 0.01
}
