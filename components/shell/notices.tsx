'use client'
import { useEffect, useLayoutEffect, useRef, useState, type FocusEvent } from 'react'
import { createPortal } from 'react-dom'
import { useStore } from 'zustand'
import { isByKeys, watchHands } from '../session/by-keys.ts'
import { dismiss, holdNotice, letNoticeGo, notices, stays, type Notice } from '../session/notices.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { noticePlace } from '../ui/notice-place.ts'

type Said = ReturnType<typeof notices.getState>['said']
const NOTHING_TOLD: Said = { alert: undefined, status: undefined }

interface Place {
  readonly dialog: Element | undefined
  /** What had been said when the place became this. */
  readonly told: Said
}

interface ListProps {
  readonly list: readonly Notice[]
  readonly told: Said
}

/** What comes up is said over the page; while a dialog is open, in that: what lasts is still there when it is closed. */
export function Notices() {
  const list = useStore(notices, (state) => state.list)
  const dialog = useStore(noticePlace, (state) => state.inDialogs.at(-1))
  const [place, setPlace] = useState<Place>({ dialog, told: NOTHING_TOLD })
  // What moves to another place was read where it was.
  if (place.dialog !== dialog) setPlace({ dialog, told: notices.getState().said })
  const { told } = place
  useEffect(() => watchHands(window), [])
  if (!dialog) return <List list={list} told={told} />
  return (
    <>
      <List list={list.filter(lasts)} told={told} />
      {createPortal(<List list={list.filter((notice) => !lasts(notice))} told={told} />, dialog)}
    </>
  )
}

function lasts({ tone }: Notice): boolean {
  return tone === 'waiting' || tone === 'lasting'
}

/** Who came here by keys goes on where they were. */
let cameFrom: HTMLElement | undefined

/** Focuses the newest one that can be pressed; nothing where there is none. */
export function focusNotice(): void {
  const [newest] = [...document.querySelectorAll<HTMLElement>('.notice:has(button)')].reverse()
  const { activeElement } = document
  if (!newest?.contains(activeElement))
    cameFrom = activeElement instanceof HTMLElement ? activeElement : undefined
  newest?.querySelector('button')?.focus()
}

function List({ list, told }: ListProps) {
  return (
    <aside aria-label="Notices">
      <ul aria-label="Notices" className="notices">
        {list.map((notice) => (
          <Item key={notice.id} notice={notice} />
        ))}
      </ul>
      <Voices list={list} told={told} />
    </aside>
  )
}

/**
 * What is read aloud. Both stand before there is a word in them: what comes onto the page together with its words often is
 * not read. No `role="alert"`, which is this and no more: a dialog has its own words in one.
 */
function Voices({ list, told }: ListProps) {
  const said = useStore(notices, (state) => state.said)
  const words = (voice: keyof typeof said) => {
    const notice = list.find(({ id }) => id === said[voice] && id !== told[voice])
    // The same words once more are read once more.
    return notice ? <span key={notice.id}>{notice.text}</span> : null
  }
  return (
    <>
      <p className="sr-only notice-voice" role="status">
        {words('status')}
      </p>
      <p aria-atomic="true" aria-live="assertive" className="sr-only notice-voice">
        {words('alert')}
      </p>
    </>
  )
}

function Item({ notice }: { readonly notice: Notice }) {
  const { id, tone, text } = notice
  const item = useRef<HTMLLIElement>(null)
  useLayoutEffect(() => {
    const { current } = item
    return () => {
      // It may go to another place from under the pointer, or the focus, that held it.
      letNoticeGo(id)
      if (isByKeys() && current?.contains(document.activeElement)) cameFrom?.focus()
    }
  }, [id])
  const onFocus = ({ relatedTarget }: FocusEvent) => {
    holdNotice(id)
    if (relatedTarget instanceof HTMLElement && !relatedTarget.closest('.notice')) cameFrom = relatedTarget
  }
  return (
    <li
      className="notice"
      data-tone={tone}
      onBlur={() => letNoticeGo(id)}
      onFocus={onFocus}
      onPointerEnter={() => holdNotice(id)}
      onPointerLeave={({ currentTarget }) => {
        if (!currentTarget.contains(document.activeElement)) letNoticeGo(id)
      }}
      ref={item}
    >
      <span>{text}</span>
      <Ways notice={notice} />
    </li>
  )
}

/** What a person can do about it: only what stays asks for a choice, and of that an offer may be declined. */
function Ways({ notice }: { readonly notice: Notice }) {
  const { id, actions, tone } = notice
  const decline = <IconButton icon="close" label="Dismiss" onClick={() => dismiss(id)} tip="left" />
  if (!stays(notice)) return decline
  return (
    <span className="notice-actions">
      {actions.map(({ label, run }) => (
        <button className="notice-action" key={label} onClick={run} type="button">
          {label}
        </button>
      ))}
      {tone === 'offer' ? decline : null}
    </span>
  )
}
