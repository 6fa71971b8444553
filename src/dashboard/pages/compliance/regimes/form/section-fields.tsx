import type { ReportSection } from '../../../../../wire/compliance.ts';
import { Button } from '../../../../components/button.tsx';
import { Field } from '../../../../components/field.tsx';
import { SECTION_WORDS } from '../../breaches/breach-words.ts';

const ALL = Object.keys(SECTION_WORDS) as ReportSection[];

interface SectionFieldsProps {
  sections: readonly ReportSection[];
  onChange: (sections: ReportSection[]) => void;
}

/** What the report to the authority has to say, in its order. */
export function SectionFields({ sections, onChange }: SectionFieldsProps) {
  const left = ALL.filter((section) => !sections.includes(section));
  const up = (at: number) =>
    onChange(sections.map((section, i) => sections[i === at - 1 ? at : i === at ? at - 1 : i] ?? section));
  return (
    <fieldset class="fieldset">
      <legend>Report to the authority</legend>
      {sections.length === 0 ? (
        <p class="faint">It asks for no report yet.</p>
      ) : (
        <ol class="regime-sections">
          {sections.map((section, i) => (
            <li key={section}>
              <span class="grow">{SECTION_WORDS[section]}</span>
              <Button
                small
                kind="quiet"
                icon="up"
                disabled={i === 0}
                label={`Earlier: ${SECTION_WORDS[section]}`}
                onClick={() => up(i)}
              />
              <Button
                small
                kind="quiet"
                icon="close"
                label={`Leave out: ${SECTION_WORDS[section]}`}
                onClick={() => onChange(sections.filter((one) => one !== section))}
              />
            </li>
          ))}
        </ol>
      )}
      {left.length === 0 ? null : (
        <Field label="Add a section">
          {(ids) => (
            <select
              {...ids}
              class="select"
              value=""
              onChange={(event) => onChange([...sections, event.currentTarget.value as ReportSection])}
            >
              <option value="">Choose what it has to say</option>
              {left.map((section) => (
                <option key={section} value={section}>
                  {SECTION_WORDS[section]}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
    </fieldset>
  );
}
