import { Check } from '../../components/field.tsx';
import { projects } from '../../state/projects.ts';

interface GrantsProps {
  /** null is all projects, those to come as well. */
  value: readonly string[] | null;
  onChange: (value: string[] | null) => void;
}

export function GrantsField({ value, onChange }: GrantsProps) {
  return (
    <fieldset class="fieldset">
      <legend>May see</legend>
      <label class="check">
        <input type="radio" name="grants" checked={value === null} onChange={() => onChange(null)} />
        <span>All projects, also future ones</span>
      </label>
      <label class="check">
        <input type="radio" name="grants" checked={value !== null} onChange={() => onChange([])} />
        <span>Only these</span>
      </label>
      {value === null ? null : (
        <div class="check-grid">
          {projects.value.map((project) => (
            <Check
              key={project.id}
              label={<bdi>{project.name}</bdi>}
              checked={value.includes(project.id)}
              onChange={(on) => onChange(on ? [...value, project.id] : value.filter((id) => id !== project.id))}
            />
          ))}
        </div>
      )}
    </fieldset>
  );
}
