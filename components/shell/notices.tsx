'use client'
import { useEffect } from 'react'
import { createPortal } from 'react-dom'
import { useStore } from 'zustand'
import { dismiss, holdOffer, letOfferGo, notices, stays, type Notice } from '../session/notices.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { noticePlace } from '../ui/notice-place.ts'

/** What comes up is said over the page; while a dialog is open, in that: what lasts is still there when it is closed. */
export function Notices() {
  const list = useStore(notices, (state) => state.list)
  const dialog = useStore(noticePlace, (state) => state.inDialogs.at(-1))
  if (!dialog) return <List list={list} />
  return (
    <>
      <List list={list.filter(lasts)} />
      {createPortal(<List list={list.filter((notice) => !lasts(notice))} />, dialog)}
    </>
  )
}

function lasts({ tone }: Notice): boolean {
  return tone === 'waiting' || tone === 'lasting'
}

function List({ list }: { readonly list: readonly Notice[] }) {
  return (
    <aside aria-label="Notices">
      <ul aria-label="Notices" className="notices">
        {list.map((notice) => (
          <Item key={notice.id} notice={notice} />
        ))}
      </ul>
    </aside>
  )
}

function Item({ notice }: { readonly notice: Notice }) {
  const { id, tone, text } = notice
  // It may go to another place from under the pointer, or the focus, that held it.
  useEffect(() => () => letOfferGo(id), [id])
  return (
    <li
      className="notice"
      data-tone={tone}
      onBlur={() => letOfferGo(id)}
      onFocus={() => holdOffer(id)}
      onPointerEnter={() => holdOffer(id)}
      onPointerLeave={() => letOfferGo(id)}
    >
      <span role={tone === 'problem' ? 'alert' : 'status'}>{text}</span>
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
