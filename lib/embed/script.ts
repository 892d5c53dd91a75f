// `/embed.js`: one script tag makes `<sketchwire-canvas>` known to a page.
import { defineSketchwireCanvas, setDefaultServer } from './element.ts'

const script = document.currentScript
if (script instanceof HTMLScriptElement && script.src) setDefaultServer(new URL(script.src).origin)
defineSketchwireCanvas()
