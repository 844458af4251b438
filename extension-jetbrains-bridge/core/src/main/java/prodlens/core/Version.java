package prodlens.core;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The numbers of a version, as in "v20.19.0"; what stands behind them is passed over. */
public record Version(int major, int minor, int patch) implements Comparable<Version> {
  private static final Pattern NUMBERS = Pattern.compile("^\\D{0,8}?(\\d{1,6})(?:\\.(\\d{1,6}))?(?:\\.(\\d{1,6}))?");

  /** Empty where the text does not begin like a version. A part that is missing is 0. */
  public static Optional<Version> parse(String text) {
    Matcher matcher = NUMBERS.matcher(text.strip());
    if (!matcher.find()) return Optional.empty();
    return Optional.of(new Version(number(matcher.group(1)), number(matcher.group(2)), number(matcher.group(3))));
  }

  private static int number(String digits) {
    return digits == null ? 0 : Integer.parseInt(digits);
  }

  @Override
  public int compareTo(Version other) {
    if (major != other.major) return Integer.compare(major, other.major);
    return minor != other.minor ? Integer.compare(minor, other.minor) : Integer.compare(patch, other.patch);
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
