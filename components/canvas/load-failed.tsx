import { Component, type ReactNode } from 'react'

interface LoadFailedProps {
  readonly children: ReactNode
  /** What could not be loaded, in a sentence; else the drawing tools. */
  readonly words?: string
  /** Stays empty where another part of the page says it already. */
  readonly silent?: boolean
  readonly onFail?: () => void
}

export const TOOLS_FAILED =
  'The drawing tools could not be loaded. What this browser keeps of the drawing is still there.'

/** A part of the page, or all of it, whose code did not come, after an update of the server say: words instead of nothing. */
export class LoadFailed extends Component<LoadFailedProps, { readonly failed: boolean }> {
  override readonly state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override componentDidCatch() {
    this.props.onFail?.()
  }

  override render() {
    if (!this.state.failed) return this.props.children
    if (this.props.silent) return null
    return (
      <div className="load-failed" role="alert">
        <p>{this.props.words ?? TOOLS_FAILED}</p>
        <button className="button" onClick={() => window.location.reload()} type="button">
          Reload the page
        </button>
      </div>
    )
  }
}
