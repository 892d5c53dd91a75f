// What the Content-Security-Policy of the page around stops. To fetch and to a frame that looks like a server which is
// not there; which directive it was, the browser says in an event alone.
import type { EmbedTrouble } from './probe.ts'

/** As the browser tells it. */
export type Violation = Pick<
  SecurityPolicyViolationEvent,
  'blockedURI' | 'disposition' | 'effectiveDirective' | 'originalPolicy'
>

/** Directives that a canvas needs the server in: to ask for it, and to frame its page. */
const DIRECTIVES = ['connect-src', 'frame-src'] as const
export type Directive = (typeof DIRECTIVES)[number]

export interface PolicyWatchOptions {
  /** Origin of the server. */
  readonly server: string
  /** Listens to what policies of this page forbid; returns the stop. */
  readonly listen: (listener: (violation: Violation) => void) => () => void
  readonly onTrouble: (directive: Directive) => void
}

export interface PolicyWatch {
  /** What was stopped since the watch began. */
  trouble(directive: Directive): EmbedTrouble | undefined
  stop(): void
}

export function watchPolicy({ server, listen, onTrouble }: PolicyWatchOptions): PolicyWatch {
  const troubles = new Map<Directive, EmbedTrouble>()
  const stop = listen((violation) => {
    const directive = DIRECTIVES.find((one) => one === violation.effectiveDirective)
    if (!directive || !isOurs(violation, server)) return
    troubles.set(directive, troubleOf(directive, violation, server))
    onTrouble(directive)
  })
  return { trouble: (directive) => troubles.get(directive), stop }
}

/** A policy that only reports stops nothing. Of an address elsewhere some browsers tell no more than its origin. */
function isOurs({ disposition, blockedURI }: Violation, server: string): boolean {
  return disposition === 'enforce' && (blockedURI === server || blockedURI.startsWith(`${server}/embed`))
}

/** No page can change the policy that it was loaded with. */
function troubleOf(directive: Directive, { originalPolicy }: Violation, server: string): EmbedTrouble {
  const remedy = states(originalPolicy, directive)
    ? `Add ${server} to it`
    : `Give it one with ${server} and what its default-src names`
  const message = `The Content-Security-Policy of this page keeps it from ${server}: its ${directive} does not allow that. ${remedy}; a canvas needs connect-src and frame-src`
  return { error: { code: 'blocked_by_policy', message, field: directive, value: server }, retry: false }
}

/** Whether the policy has the directive itself; else another one stands for it, as default-src does. */
function states(policy: string, directive: string): boolean {
  return policy.split(/[;,]/).some((part) => part.trim().split(/\s+/)[0]?.toLowerCase() === directive)
}
