import type { Page } from '@playwright/test'

/**
 * Buttons and other controls that are on the page but cannot be pressed where they are: cut off or covered. On a page
 * that scrolls, where they are once it has scrolled to them.
 */
export function outOfReach(page: Page, { scrolls = false } = {}): Promise<string[]> {
  return page.evaluate((scrolls) => {
    const dock = document.querySelector('.dock')
    const found: string[] = []
    if (document.documentElement.scrollWidth > window.innerWidth) found.push('the page scrolls sideways')
    for (const control of document.querySelectorAll(
      'button, textarea, select, input[type=range], .segment, .switch',
    )) {
      const elsewhere = control.closest('.chips, .tl-container')
      if (elsewhere || control.closest('[inert]') || !control.checkVisibility({ visibilityProperty: true }))
        continue
      if (scrolls) control.scrollIntoView({ block: 'center' })
      else if (control.closest('.pins')) control.scrollIntoView({ block: 'nearest' })
      const { left, top, width, height } = control.getBoundingClientRect()
      if (width < 2) continue
      const hit = document.elementFromPoint(left + width / 2, top + height / 2)
      const inDock = dock?.contains(control) && top > window.innerHeight
      if (!inDock && !(hit && (control.contains(hit) || hit.contains(control))))
        found.push(control.getAttribute('aria-label') ?? control.textContent)
    }
    return found
  }, scrolls)
}
