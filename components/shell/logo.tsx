/** Half a pencil line, half a picture: the mark of the page. */
export function Logo({ size = 26 }: { readonly size?: number }) {
  return (
    <svg aria-hidden="true" className="logo" height={size} viewBox="0 0 32 32" width={size}>
      <defs>
        <linearGradient id="logo-sky" x1="0" x2="0" y1="0" y2="1">
          <stop offset="0" stopColor="#6d4bd8" />
          <stop offset="0.55" stopColor="#e4572e" />
          <stop offset="1" stopColor="#f7b267" />
        </linearGradient>
        <clipPath id="logo-half">
          <path d="M16 1h7a8 8 0 0 1 8 8v14a8 8 0 0 1-8 8h-7Z" />
        </clipPath>
      </defs>
      <rect className="logo-paper" height="30" rx="8" width="30" x="1" y="1" />
      <g clipPath="url(#logo-half)">
        <rect fill="url(#logo-sky)" height="32" width="16" x="16" />
        <circle cx="16" cy="17" fill="#ffe3b0" r="5.200" />
        <path d="M16 22.500c3-1.800 5.500-1.800 8 0s5 1.800 8 0V32H16Z" fill="#3b2a7a" />
      </g>
      <path
        className="logo-line"
        d="M16 11.800a5.200 5.200 0 0 0 0 10.400M4.500 22.800c2.300-1.700 4.200-1.700 6.200 0 1.700 1.400 3.400 1.700 5.300.500"
        fill="none"
        strokeLinecap="round"
        strokeWidth="1.800"
      />
    </svg>
  )
}
