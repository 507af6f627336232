import { ModelTable } from "../models/model-table";
import { ThemeToggle } from "../ui/theme-toggle";
import type { ModelsBoot } from "./boot";
import { Brand } from "./brand";
import "./models-page.css";

/** The models beside each other: what others published of them, what was measured here, and how to connect them. */
export function ModelsPage({ boot }: { boot: ModelsBoot }) {
  return (
    <div className="models">
      <header className="models-header">
        <Brand />
        <ThemeToggle />
      </header>
      <main>
        <h1>Models</h1>
        <p className="models-lead">
          What others published of each model, with who says so, beside what its turns on this server showed.
        </p>
        <ModelTable models={boot.models} daily={boot.daily} refusal={boot.refusal} />
      </main>
    </div>
  );
}
