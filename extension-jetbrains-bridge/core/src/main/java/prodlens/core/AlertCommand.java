package prodlens.core;

/** What a person does with an alert of the list: a command of the language server, whose one argument is the alert's id. */
public enum AlertCommand {
  OPEN("Open", "prodlens.openAlert"),
  OPEN_IN_WEB_APP("Open in the web app", "prodlens.openInWebApp"),
  MUTE("Mute for 7 days", "prodlens.muteAlert"),
  MARK_EXPECTED("Mark as expected", "prodlens.markExpected");

  public final String title;
  /** As the language server lists it in `executeCommandProvider.commands`. */
  public final String id;

  AlertCommand(String title, String id) {
    this.title = title;
    this.id = id;
  }
}
