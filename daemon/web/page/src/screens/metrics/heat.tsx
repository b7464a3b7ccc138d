/** The hours of a week, darker where more people wrote. */
import type { WeekHour } from "../../api/metrics";
import { number, weekday } from "../../i18n";
import { t } from "../../i18n/metrics";

export const dayName = (day: number) => {
  const name = weekday(day, "long");
  return name.charAt(0).toUpperCase() + name.slice(1);
};

const HOURS = [...Array(24).keys()];
const DAYS = [1, 2, 3, 4, 5, 6, 7];
const LEVELS = 5;

/** The table is the chart: each cell says its number to whoever cannot see its colour. */
export function Heat({ items }: { items: WeekHour[] }) {
  const most = Math.max(1, ...items.map((item) => item.received));
  const at = (day: number, hour: number) =>
    items.find((item) => item.weekday === day && item.hour === hour)?.received ?? 0;
  return (
    <div class="heat">
      <table>
        <caption class="sr">{t("hours.title")}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="sr">{t("hours.day")}</span>
            </th>
            {HOURS.map((hour) => (
              <th key={hour} scope="col" class={hour % 3 ? "odd" : ""}>
                {hour}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {DAYS.map((day) => (
            <tr key={day}>
              <th scope="row">{weekday(day)}</th>
              {HOURS.map((hour) => {
                const n = at(day, hour);
                const words = t("hours.cell", { day: dayName(day), hour, n: number(n) });
                return (
                  <td key={hour} data-level={Math.ceil((LEVELS * n) / most)} title={words}>
                    <span class="sr">{number(n)}</span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
