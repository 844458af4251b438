package com.intellij.ui.treeStructure;

import javax.swing.JTree;

public class Tree extends JTree {
  private static final long serialVersionUID = 1;
}
