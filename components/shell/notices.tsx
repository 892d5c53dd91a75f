'use client'
import { useStore } from 'zustand'
import { dismiss, notices } from '../session/notices.ts'
import { IconButton } from '../ui/icon-button.tsx'

export function Notices() {
  const list = useStore(notices, (state) => state.list)
  return (
    <ul aria-label="Notices" className="notices">
      {list.map(({ id, tone, text }) => (
        <li className="notice" data-tone={tone} key={id} role={tone === 'problem' ? 'alert' : 'status'}>
          <span>{text}</span>
          <IconButton icon="close" label="Dismiss" onClick={() => dismiss(id)} tip="left" />
        </li>
      ))}
    </ul>
  )
}
