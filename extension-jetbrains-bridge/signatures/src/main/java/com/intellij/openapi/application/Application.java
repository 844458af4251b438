package com.intellij.openapi.application;

import java.util.concurrent.Future;

public interface Application {
  <T> T getService(Class<T> type);

  void invokeLater(Runnable action);

  Future<?> executeOnPooledThread(Runnable action);
}
