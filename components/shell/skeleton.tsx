import { Logo } from './logo.tsx'

/** The page before its scripts: same places, nothing to press. */
export function Skeleton() {
  return (
    <div aria-busy="true" className="studio">
      <header className="header">
        <div className="header-start">
          <span className="brand">
            <Logo />
            <h1 className="wordmark">Sketchwire</h1>
          </span>
        </div>
      </header>
      <main className="desk" data-view="side">
        <div className="toolbar" />
        <div className="sheet sheet-drawing" />
        <div className="sheet sheet-picture" />
        <div className="rail" />
        <noscript>Sketchwire needs JavaScript: drawing and painting happen in this page.</noscript>
      </main>
    </div>
  )
}
