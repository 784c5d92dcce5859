Console.WriteLine("together bench");
