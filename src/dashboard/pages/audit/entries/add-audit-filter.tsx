import { useState } from 'preact/hooks';
import type { AuditFilters } from '../../../api/audit.ts';
import { Button } from '../../../components/button.tsx';
import { TextField } from '../../../components/field.tsx';
import { FilterMenu } from '../../../components/filter-menu.tsx';
import { setParams } from '../../../state/route.ts';
import { ACTOR_KIND_WORDS, KIND_WORDS, OPERATION_WORDS } from '../audit-words.ts';
import { FILTER_WORDS, type FilterName, filterParams, TYPED } from './filters.ts';

interface AddAuditFilterProps {
  filters: AuditFilters;
  projects: ReadonlyMap<string, string>;
}

const OFFERED = [
  'actor',
  'actorKind',
  'kind',
  'action',
  'table',
  'operation',
  'target',
  'project',
  'requestId',
] as const;

/** The way to a filter: by which column, then by which value. */
export function AddAuditFilter(props: AddAuditFilterProps) {
  return <FilterMenu>{(close) => <Values {...props} close={close} />}</FilterMenu>;
}

function Values({ filters, projects, close }: AddAuditFilterProps & { close: () => void }) {
  const [name, setName] = useState<FilterName>(OFFERED.find((one) => filters[one] === null) ?? 'actor');
  const choose = (value: string) => {
    setParams(filterParams({ [name]: value }));
    close();
  };
  const listed = listedValues(name, projects);
  return (
    <div class="add-filter">
      <select
        class="select"
        aria-label="Filter by"
        value={name}
        onChange={(event) => setName(event.currentTarget.value as FilterName)}
      >
        {OFFERED.map((one) => (
          <option key={one} value={one}>
            {FILTER_WORDS[one]}
          </option>
        ))}
      </select>
      {listed === null ? (
        <Typed key={name} name={name as keyof typeof TYPED} onChoose={choose} />
      ) : (
        listed.map(([value, text]) => (
          <button
            key={value}
            type="button"
            class="menu-item"
            aria-pressed={filters[name] === value}
            onClick={() => choose(value)}
          >
            <bdi class="clip">{text}</bdi>
          </button>
        ))
      )}
    </div>
  );
}

function listedValues(name: FilterName, projects: ReadonlyMap<string, string>): [string, string][] | null {
  if (name === 'kind') return Object.entries(KIND_WORDS);
  if (name === 'actorKind') return Object.entries(ACTOR_KIND_WORDS);
  if (name === 'operation') return Object.entries(OPERATION_WORDS);
  return name === 'project' ? [...projects] : null;
}

function Typed({ name, onChoose }: { name: keyof typeof TYPED; onChoose: (value: string) => void }) {
  const [text, setText] = useState('');
  return (
    <form
      class="audit-typed"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') onChoose(text.trim());
      }}
    >
      <TextField label={FILTER_WORDS[name]} value={text} onInput={setText} placeholder={TYPED[name]} />
      <Button type="submit" kind="primary" small disabled={text.trim() === ''}>
        Filter
      </Button>
    </form>
  );
}
