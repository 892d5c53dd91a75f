import { REFERENCES, referenceValue } from '../../lib/benchmark/references.ts'

/** What the dashed lines are. */
export function ReferenceList() {
  return (
    <section aria-labelledby="references-title" className="bench-card">
      <h2 id="references-title">The dashed lines</h2>
      <p className="bench-quiet">
        Figures that others published, on their hardware and with their models. Nothing here measured them.
      </p>
      <ul className="bench-references">
        {REFERENCES.map((reference) => (
          <li key={`${reference.label} ${referenceValue(reference)}`}>
            <b>{`${reference.label}, ${referenceValue(reference)}`}</b>
            <span>{reference.what}</span>
            <span>{`Hardware: ${reference.hardware}`}</span>
            <span>{`Source: ${reference.source}`}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
