// What a provider says when it cannot be had, without the C++ around it: onnxruntime 1.30 puts the file, the line, the
// function with its types and the condition before the one thing that a person can use.

/** "/src/x.cc:136 Type Function(Args) condition was false. Words" */
const CHECK = /^\S+\.(?:cc|h):\d+ .*? was false\. *(?<words>.+)$/s
/** "... CUDA failure 35: words ; GPU=-1 ; hostname=x ; file=... ; line=352 ; expr=..." */
const CUDA = /(?<words>\b(?:CUDA|CUBLAS|CUDNN|CURAND|CUFFT) failure \d+: [^;]+?) ;/

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /driver version is insufficient/i,
    'the NVIDIA driver is too old for the CUDA of this provider: install 580 or later, or take CUDA 12 with "npm run gpu:cuda -- --cuda 12"',
  ],
  [/Failed to load shared library/, 'a library that it needs is missing'],
]

/** @param message of onnxruntime. @returns one line, with what to do where that is known. */
export function inWordsOf(message: string): string {
  const words = (CUDA.exec(message) ?? CHECK.exec(message))?.groups?.['words'] ?? message
  const line = words.replaceAll(/\s+/g, ' ').trim()
  const remedy = REMEDIES.find(([said]) => said.test(line))?.[1]
  return remedy === undefined ? line : `${line} (${remedy})`
}
