import { toCsv, writeReport, type BenchReport } from '../../lib/benchmark/report.ts'
import { saveFile } from '../result/save-file.ts'
import { notify } from '../session/notices.ts'
import { Icon } from '../ui/icon.tsx'

/** The result as files, and the settings as a link. */
export function KeepBar({ report }: { readonly report: BenchReport | undefined }) {
  const name = `sketchwire-benchmark-${(report?.createdAt ?? '').replaceAll(/[:.]/g, '-')}`
  const save = (text: string, type: string, ending: string) =>
    saveFile(new Blob([text], { type }), `${name}.${ending}`)
  return (
    <div className="bench-keep">
      <button
        className="quiet-button"
        disabled={!report}
        onClick={() => report && save(writeReport(report), 'application/json', 'json')}
        type="button"
      >
        <Icon name="download" size={16} />
        JSON
      </button>
      <button
        className="quiet-button"
        disabled={!report}
        onClick={() => report && save(toCsv(report), 'text/csv', 'csv')}
        type="button"
      >
        <Icon name="download" size={16} />
        CSV
      </button>
      <button className="quiet-button" onClick={() => void copyLink()} type="button">
        <Icon name="copy" size={16} />
        Link to these settings
      </button>
    </div>
  )
}

async function copyLink(): Promise<void> {
  try {
    await navigator.clipboard.writeText(window.location.href)
    notify('Link copied')
  } catch {
    notify('This browser refused the clipboard; the link is in the address bar', 'problem')
  }
}
