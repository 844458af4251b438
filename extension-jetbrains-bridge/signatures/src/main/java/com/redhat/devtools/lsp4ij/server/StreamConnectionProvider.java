package com.redhat.devtools.lsp4ij.server;

import com.intellij.openapi.vfs.VirtualFile;

public interface StreamConnectionProvider {
  void start() throws CannotStartProcessException;

  default Object getInitializationOptions(VirtualFile rootUri) {
    return null;
  }
}
