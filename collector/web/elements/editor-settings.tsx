// How lines open from this browser: the JetBrains IDE, and what it calls the project of each service.

import { IDES, setEditors, useEditors } from '../state/editors.js';
import { useView } from '../state/view.js';
import { Card } from './page.js';

export function EditorSettings() {
  const { services } = useView();
  const editors = useEditors();
  return (
    <Card title="Editors" note="For this browser alone">
      <p class="muted">
        VS Code finds each line by itself, with the extension. A JetBrains IDE is asked through its Toolbox, and finds
        the project by the name that it has there.
      </p>
      <div class="fields">
        <label>
          JetBrains IDE
          <select value={editors.ide} onChange={(event) => setEditors({ ...editors, ide: event.currentTarget.value })}>
            {IDES.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {services.map(({ service }) => (
          <label key={service}>
            Project of {service}
            <input
              value={editors.projects[service] ?? ''}
              placeholder={service}
              spellcheck={false}
              // Kept as it is typed: what is only in the field is gone when the page is drawn anew.
              onInput={(event) =>
                setEditors({
                  ...editors,
                  projects: { ...editors.projects, [service]: event.currentTarget.value },
                })
              }
            />
          </label>
        ))}
      </div>
    </Card>
  );
}
