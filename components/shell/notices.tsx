'use client'
import { useStore } from 'zustand'
import { dismiss, holdOffer, letOfferGo, notices, stays, type Notice } from '../session/notices.ts'
import { IconButton } from '../ui/icon-button.tsx'

export function Notices() {
  const list = useStore(notices, (state) => state.list)
  return (
    <aside aria-label="Notices">
      <ul aria-label="Notices" className="notices">
        {list.map((notice) => (
          <li
            className="notice"
            data-tone={notice.tone}
            key={notice.id}
            onBlur={() => letOfferGo(notice.id)}
            onFocus={() => holdOffer(notice.id)}
            onPointerEnter={() => holdOffer(notice.id)}
            onPointerLeave={() => letOfferGo(notice.id)}
          >
            <span role={notice.tone === 'problem' ? 'alert' : 'status'}>{notice.text}</span>
            <Ways notice={notice} />
          </li>
        ))}
      </ul>
    </aside>
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
