// uPlot asks Intl for the browser's language as it is loaded. WebKitGTK under LANG=C calls its language "C", which Intl
// throws at, and the page of the charts was gone. To be imported before uPlot.

/** Makes a browser whose language Intl does not know say English. */
export function ensureKnownLanguage(browser: Pick<Navigator, 'language'>): void {
  try {
    new Intl.NumberFormat(browser.language)
  } catch {
    Object.defineProperty(browser, 'language', { value: 'en', configurable: true })
  }
}

if (typeof navigator !== 'undefined') ensureKnownLanguage(navigator)
