import { SelectTool } from 'tldraw'
import { expect, it } from 'vitest'
import { BUSY } from './attach-editor.ts'

it('whatever the pointer does to a selection is work in progress until it is up', () => {
  const states = SelectTool.children().map(({ id }) => id)
  const moving = states.filter((id) => /^(translating|resizing|rotating|dragging_)/.test(id))
  expect(moving).toHaveLength(4)
  expect(BUSY).toEqual(expect.arrayContaining(moving.map((id) => `select.${id}`)))
})
