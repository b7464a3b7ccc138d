/** Files for a spreadsheet: plain links, as the cookie goes along with them. */
import { query } from "../../api/http";
import { Icon } from "../../ui/icon";
import { t } from "../i18n";

interface Props {
  what: "fleet" | "invoices" | "usage" | "mrr" | "margin";
  /** What is in the file, for screen readers. */
  title: string;
  filters?: Record<string, string | undefined>;
}

export function Export({ what, title, filters = {} }: Props) {
  return (
    <>
      {(["csv", "xlsx"] as const).map((format) => (
        <a
          key={format}
          class="button small"
          download
          href={`/api/exports/${what}${query({ ...filters, format })}`}
          aria-label={t("export.as", { what: title, format: t(`export.${format}`) })}
        >
          <Icon name="download" size={16} />
          {t(`export.${format}`)}
        </a>
      ))}
    </>
  );
}
