package com.redhat.devtools.lsp4ij.server;

public class CannotStartProcessException extends LanguageServerException {
  private static final long serialVersionUID = 1;

  public CannotStartProcessException(String message) {
    super(message);
  }
}
