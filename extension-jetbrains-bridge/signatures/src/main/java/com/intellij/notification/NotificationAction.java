package com.intellij.notification;

public abstract class NotificationAction {
  public static NotificationAction createSimpleExpiring(String text, Runnable action) {
    throw new UnsupportedOperationException();
  }
}
