// docs/embed.md as the README of the package, where most of what it links to is not.

const LINK = /\[([^\]]+)\]\(([^)\s]+)\)/g

const NOTE =
  'This is docs/embed.md of Sketchwire; the commands and the other files that it names are in that project.'

/**
 * Links into the project become words, and those to sources whose declarations the package has lead to these. `has` tells
 * whether the package has a file.
 */
export function packageReadme(markdown, has) {
  const text = markdown.replace(LINK, (link, words, to) => {
    if (/^(https?:|#)/.test(to)) return link
    const declared = to.replace(/^\.\.\/(lib\/.*)\.ts$/, 'types/$1.d.ts')
    return declared !== to && has(declared) ? `[${declared}](${declared})` : words
  })
  return text.replace(/^(# .*\n)/, `$1\n${NOTE}\n`)
}
