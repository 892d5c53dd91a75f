import ipaddr from 'ipaddr.js'

/**
 * Whose an address is, as far as it tells: the address itself, or of IPv6 its /64, for whoever has one address there has
 * the 2^64 beside it, and most systems change theirs every day.
 */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString()
  const network = new ipaddr.IPv6([...parsed.parts.slice(0, 4), 0, 0, 0, 0])
  return `${network.toString()}/64`
}
