/** A table of figures that scrolls sideways where there is no room, also by keyboard. */
import type { ComponentChildren } from "preact";
import { t } from "../i18n/charts";

interface Props {
  title: string;
  head: string[];
  /** The first cell of a row names it. */
  rows: ComponentChildren[][];
  /** Which columns are numbers, and so stand on the right; by default all but the first. */
  numeric?: (column: number) => boolean;
}

export function DataTable({ title, head, rows, numeric = (column) => column > 0 }: Props) {
  const side = (column: number) => (numeric(column) ? "number" : "");
  return (
    <div class="table" role="region" tabIndex={0} aria-label={t("table.scroll", { title })}>
      <table>
        <thead>
          <tr>
            {head.map((text, column) => (
              <th key={text} scope="col" class={side(column)}>
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) =>
                column === 0 ? (
                  <th key={column} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={column} class={side(column)}>
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
