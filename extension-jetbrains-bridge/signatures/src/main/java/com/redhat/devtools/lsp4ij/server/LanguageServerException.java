package com.redhat.devtools.lsp4ij.server;

public class LanguageServerException extends Exception {
  private static final long serialVersionUID = 1;

  public LanguageServerException(String message) {
    super(message);
  }
}
