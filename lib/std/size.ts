/** Width and height in whole units: pixels, or latent cells where a docstring says "grid". */
export interface Size {
  readonly width: number
  readonly height: number
}
