/** The reseller's logo, or our plain mark in the brand's accent. */
import { box } from "../state/session";
import { Mark } from "./mark";

export function Brand({ size = 28 }: { size?: number }) {
  const logo = box.value?.brand.logoUrl;
  return logo ? <img class="logo" src={logo} alt="" height={size} /> : <Mark size={size} />;
}
