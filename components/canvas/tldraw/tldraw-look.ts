// Everything that makes tldraw ours: white paper in both themes, pens wide enough for a small model, its own panels
// off, and only the shortcuts that make sense on one sheet of paper.
import { getAssetUrls } from '@tldraw/assets/selfHosted'
import { DEFAULT_THEME, type TLComponents, type TldrawOptions, type TLUiOverrides } from 'tldraw'
import { Crashed } from './crashed.tsx'
import { MOST_SHAPES } from './full-page.ts'

// The version is that of the build, by which a browser keeps the files for ever (server/gateway/static-files.ts).
const hosted = getAssetUrls(
  (file) => `/tldraw-assets/${file.replace('./', '')}?v=${process.env.NEXT_PUBLIC_TLDRAW_ASSETS}`,
)
const NOTHING = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='

/** tldraw preloads the icons of its panels, which are off, and of its embeds, which one sheet of paper has no use for. */
export const ASSET_URLS = {
  ...hosted,
  icons: nothing(hosted.icons),
  embedIcons: nothing(hosted.embedIcons),
}

function nothing(pictures: object): Record<string, string> {
  return Object.fromEntries(Object.keys(pictures).map((name) => [name, NOTHING]))
}

export const PAPER_THEMES = {
  default: {
    ...DEFAULT_THEME,
    strokeWidth: 3.2,
    colors: {
      ...DEFAULT_THEME.colors,
      light: {
        ...DEFAULT_THEME.colors.light,
        background: '#ffffff',
        selectionStroke: '#d9481f',
        selectionFill: 'rgb(217 72 31 / 18%)',
      },
    },
  },
}

export const COMPONENTS: TLComponents = {
  ContextMenu: null,
  ErrorFallback: Crashed,
  Grid: null,
  LoadingScreen: null,
}

export const OPTIONS: Partial<TldrawOptions> = {
  // What is heard of the sheet, as of the plain canvas; the watermark is its own.
  branding: 'Paper to draw on',
  maxPages: 1,
  maxShapesPerPage: MOST_SHAPES,
  createTextOnCanvasDoubleClick: false,
}

const TOOLS = [
  'select',
  'hand',
  'draw',
  'eraser',
  'rectangle',
  'ellipse',
  'triangle',
  'line',
  'arrow',
  'text',
]

const ACTIONS = [
  'undo',
  'redo',
  'copy',
  'cut',
  'paste',
  'duplicate',
  'delete',
  'select-all',
  'group',
  'ungroup',
  'bring-to-front',
  'send-to-back',
  'zoom-in',
  'zoom-out',
  'zoom-to-100',
  'zoom-to-fit',
]

export const OVERRIDES: TLUiOverrides = {
  tools: (_editor, tools) => only(tools, TOOLS),
  // "100 %" and "fit" would both fight the locked camera; here they mean the whole sheet.
  actions: (editor, actions) => {
    const whole = (id: string) => {
      const action = actions[id]
      const onSelect = () => {
        editor.setCamera(editor.getCamera(), { reset: true })
      }
      return action ? { [id]: { ...action, onSelect } } : {}
    }
    return { ...only(actions, ACTIONS), ...whole('zoom-to-100'), ...whole('zoom-to-fit') }
  },
}

function only<T>(all: Record<string, T>, ids: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([id]) => ids.includes(id)))
}
