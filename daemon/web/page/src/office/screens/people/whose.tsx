/** The role of a person or a key, and whose it is. */
import { SelectField } from "../../../ui/form";
import type { Problem } from "../../../api/problem";
import type { OfficeRole } from "../../api/types";
import { t } from "../../i18n/operations";
import { useResellers } from "../../parts/resellers";
import { mayRun, ofPlatform } from "../../session";

export interface Whose {
  role: OfficeRole;
  resellerId: string;
}

interface Props {
  value: Whose;
  onChange: (value: Whose) => void;
  problem: Problem | null;
}

export function WhoseFields({ value, onChange, problem }: Props) {
  const resellers = useResellers();
  const roles: OfficeRole[] = mayRun.value
    ? ["reader", "reseller", "platform"]
    : ["reader", "reseller"];
  return (
    <>
      <SelectField
        label={t("users.role")}
        name="role"
        value={value.role}
        onChange={(role) => onChange({ ...value, role: role as OfficeRole })}
        options={roles.map((role): [string, string] => [role, t(`role.${role}`)])}
        hint={t("users.roleHint")}
        problem={problem}
      />
      {ofPlatform.value && value.role !== "platform" && (
        <SelectField
          label={t("users.reseller")}
          name="resellerId"
          value={value.resellerId}
          onChange={(resellerId) => onChange({ ...value, resellerId })}
          options={[
            ["", t("users.resellerNone")],
            ...resellers.map(({ id, name }): [string, string] => [id, name]),
          ]}
          problem={problem}
        />
      )}
    </>
  );
}

/** What a form sends of it: the platform's own are nobody's reseller. */
export const whoseBody = ({ role, resellerId }: Whose) => ({
  role,
  resellerId: role === "platform" ? "" : resellerId,
});

export const whoseText = (resellerId: string) => resellerId || t("role.platform");
