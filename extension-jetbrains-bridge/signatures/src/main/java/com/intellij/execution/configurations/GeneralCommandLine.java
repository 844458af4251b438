package com.intellij.execution.configurations;

import java.nio.charset.Charset;
import java.util.List;

public class GeneralCommandLine {
  public GeneralCommandLine(List<String> command) {}

  public GeneralCommandLine withCharset(Charset charset) {
    throw new UnsupportedOperationException();
  }
}
