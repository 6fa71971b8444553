import type { DeletionRequest } from '../../../../../wire/compliance.ts';
import { Copyable } from '../../../../components/copyable.tsx';
import { projects } from '../../../../state/projects.ts';

/** Who it is about, as long as that is known. */
export function PersonCard({ request }: { request: DeletionRequest }) {
  const { id, identity, reference, contact, projectId } = request;
  const project = projects.value.find((one) => one.id === projectId)?.name ?? projectId;
  return (
    <section class="card detail-card" aria-label="Person">
      <h2>Person</h2>
      {identity === null ? (
        <p class="faint">
          Who it was is forgotten too. A second request of the same person is recognised by the reference below.
        </p>
      ) : null}
      <dl class="facts">
        <dt>Project</dt>
        <dd>
          <bdi>{project}</bdi>
        </dd>
        {identity ? (
          <>
            <Ids label="User ids" ids={identity.userIds} />
            <Ids label="Sessions" ids={identity.sessionIds} />
            <Ids label="Identifiers" ids={identity.identifiers} />
          </>
        ) : null}
        {contact === null ? null : (
          <>
            <dt>Asked by</dt>
            <dd>
              <bdi>{contact}</bdi>
            </dd>
          </>
        )}
        <dt>Reference</dt>
        <dd>
          <Copyable text={reference} label="the reference" />
        </dd>
        <dt>Request</dt>
        <dd>
          <Copyable text={id} label="the request's id" />
        </dd>
      </dl>
    </section>
  );
}

function Ids({ label, ids }: { label: string; ids: readonly string[] }) {
  if (ids.length === 0) return null;
  return (
    <>
      <dt>{label}</dt>
      <dd>
        <ul class="deletion-ids">
          {ids.map((id) => (
            <li key={id} dir="auto">
              {id}
            </li>
          ))}
        </ul>
      </dd>
    </>
  );
}
