/** What can be done with a piece of help: reword, hide, put back, delete. */
import { del, patch } from "../../api/http";
import { t } from "../../i18n/help";
import { may } from "../../state/session";
import { Badge, Button } from "../../ui/basics";
import { confirm, toastProblem } from "../../ui/feedback";

interface Props {
  path: string;
  name: string;
  shipped: boolean;
  changed: boolean;
  hidden: boolean;
  onEdit?: () => void;
  onChange: () => void;
}

export function Marks({ shipped, changed, hidden }: Pick<Props, "shipped" | "changed" | "hidden">) {
  return (
    <>
      {!shipped && <Badge tone="accent">{t("help.own")}</Badge>}
      {shipped && changed && <Badge>{t("help.changed")}</Badge>}
      {hidden && <Badge tone="warn">{t("help.hidden")}</Badge>}
    </>
  );
}

export function ArticleActions(props: Props) {
  const { path, name, shipped, changed, hidden, onEdit, onChange } = props;
  if (!may("operator")) return null;
  const remove = async () => {
    if (!shipped && !(await confirm(t("help.deleteTitle"), name, t("common.delete")))) return;
    await del(path).then(onChange, toastProblem);
  };
  return (
    <div class="actions">
      {onEdit && (
        <Button small kind="quiet" label={t("help.editOf", { name })} onClick={onEdit}>
          {t("common.edit")}
        </Button>
      )}
      <Button
        small
        kind="quiet"
        onClick={() => void patch(path, { hidden: !hidden }).then(onChange, toastProblem)}
      >
        {t(hidden ? "help.show" : "help.hide")}
      </Button>
      {shipped && changed && (
        <Button small kind="quiet" onClick={() => void remove()}>
          {t("help.restore")}
        </Button>
      )}
      {!shipped && (
        <Button
          small
          kind="quiet"
          icon="trash"
          label={t("help.deleteOf", { name })}
          onClick={() => void remove()}
        />
      )}
    </div>
  );
}
